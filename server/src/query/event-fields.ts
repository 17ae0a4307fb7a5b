/** Fields of an event as HoneyHive's API names them; times are Unix milliseconds. */
const EVENT_FIELDS = {
  event_id: 'text',
  session_id: 'text',
  parent_id: 'text',
  children_ids: 'list',
  project: 'text',
  project_id: 'text',
  source: 'text',
  event_type: 'text',
  event_name: 'text',
  error: 'text',
  start_time: 'time',
  end_time: 'time',
  duration: 'number',
} as const satisfies Record<string, EventFieldType>;

export type EventFieldType = 'text' | 'number' | 'time' | 'list';
export type EventField = keyof typeof EVENT_FIELDS;

export const EVENT_FIELD_NAMES: readonly string[] = Object.keys(EVENT_FIELDS);

/** The query language's names for the same. */
const SHORT: Record<string, EventField> = {
  id: 'event_id',
  type: 'event_type',
  name: 'event_name',
  start: 'start_time',
  end: 'end_time',
};
const BY_NAME = new Map<string, EventField>([
  ...Object.entries(SHORT),
  ...(Object.keys(EVENT_FIELDS) as EventField[]).map((name) => [spelled(name), name] as const),
]);

/** `eventId` is `event_id`. */
function spelled(name: string): string {
  return name.toLowerCase().replaceAll('_', '');
}

export function eventField(name: string): EventField | undefined {
  return BY_NAME.get(spelled(name));
}

export function eventFieldType(field: EventField): EventFieldType {
  return EVENT_FIELDS[field];
}
