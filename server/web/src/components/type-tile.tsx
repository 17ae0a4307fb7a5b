import { typeTone } from '../tone.js';
import { Icon, iconOfType } from './icon.js';

/** An event type as a coloured tile. */
export function TypeTile({ eventType }: { readonly eventType: string }) {
  return (
    <span className={`tile tone-${typeTone(eventType)}`} title={eventType || 'no type'}>
      <Icon name={iconOfType(eventType)} />
    </span>
  );
}
