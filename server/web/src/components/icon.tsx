const paths = {
  model: 'M8 1.8 9.7 6.3 14.2 8 9.7 9.7 8 14.2 6.3 9.7 1.8 8 6.3 6.3Z',
  tool: 'M10.6 2.1a3.6 3.6 0 0 0-3.4 4.8L2.3 11.800a1.35 1.35 0 0 0 1.9 1.9l4.900-4.900a3.6 3.6 0 0 0 4.600-4.500L11.500 6.500 9.600 6.400 9.500 4.500l2.200-2.200a3.600 3.600 0 0 0-1.100-.2Z',
  chain: 'M5 2.5h6v3H5zM2 10.500h5v3H2zM9 10.500h5v3H9zM7.400 5.500h1.200v2H12v3h-1.200V8.700H5.200v1.800H4v-3h3.400z',
  session: 'M2.500 3h7v2.400h-7zM4.500 6.800h7v2.400h-7zM6.500 10.600h7V13h-7z',
  other: 'M8 4.200a3.800 3.800 0 1 1 0 7.600 3.800 3.800 0 0 1 0-7.600Z',
  missing:
    'M7.100 9.300c0-1.900 2-1.900 2-3.300 0-.8-.6-1.200-1.300-1.200-.8 0-1.400.5-1.500 1.500H4.800C4.900 4.300 6.200 3.300 7.900 3.300c1.700 0 2.900 1 2.900 2.500 0 2-2.100 2.100-2.100 3.500Zm-.1 1.300h1.700v1.900H7Z',
  error: 'M8 1.500 15 14H1ZM7.300 6v4h1.400V6Zm0 5v1.400h1.400V11Z',
  caret: 'M6 3.800 10.400 8 6 12.200Z',
  search:
    'M7 2.300a4.700 4.700 0 0 1 3.700 7.600l3.300 3.300-1 1-3.300-3.300A4.700 4.700 0 1 1 7 2.300Zm0 1.500a3.200 3.200 0 1 0 0 6.400 3.200 3.200 0 0 0 0-6.400Z',
  copy: 'M5.500 2h7A1.500 1.500 0 0 1 14 3.500v7h-1.500v-7h-7ZM3.500 5h6A1.500 1.500 0 0 1 11 6.500v6A1.500 1.500 0 0 1 9.500 14h-6A1.500 1.500 0 0 1 2 12.500v-6A1.500 1.500 0 0 1 3.500 5Zm0 1.500v6h6v-6Z',
  check: 'M13.300 4.300 6.500 11.900 2.700 8.300l1-1.100 2.700 2.500 5.800-6.400Z',
  cross:
    'M4.100 3 8 6.900 11.900 3 13 4.100 9.100 8l3.900 3.900-1.100 1.100L8 9.100 4.100 13 3 11.900 6.900 8 3 4.100Z',
  back: 'M9.900 3 5 8l4.900 5 1.100-1.100L7.200 8 11 4.100Z',
  zoom: 'M2 2h4.500v1.500H3.500v3H2Zm7.500 0H14v4.500h-1.500v-3h-3ZM2 9.500h1.500v3h3V14H2Zm10.500 0H14V14H9.500v-1.500h3Z',
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={paths[name]} fillRule="evenodd" />
    </svg>
  );
}

const typeIcons = new Set<string>(['model', 'tool', 'chain', 'session']);

/** The picture of an event type. */
export function iconOfType(eventType: string): IconName {
  return typeIcons.has(eventType) ? (eventType as IconName) : 'other';
}
