const PATHS = {
  play: 'M5 3.5v9l7.5-4.5z',
  stop: 'M4 4h8v8H4z',
  plus: 'M8 3v10M3 8h10',
  close: 'M4 4l8 8M12 4l-8 8',
  check: 'M3 8.5l3.2 3.2L13 5',
  chevron: 'M4 6l4 4 4-4',
  copy: 'M5.5 5.5V3h7.5v7.5h-2.5M3 5.5h7.5V13H3z',
  history: 'M2.5 8a5.5 5.5 0 1 0 1.8-4.1M2.5 2.5v3h3M8 5v3.2l2.2 1.3',
  lock: 'M4 7.5h8V13H4zM5.5 7.5V5.5a2.5 2.5 0 0 1 5 0v2',
  shield: 'M8 2l5 1.8v3.9c0 3-2.1 5.2-5 6.3-2.9-1.1-5-3.3-5-6.3V3.8z',
  alert: 'M8 2.5l6 10.5H2zM8 6.5v3M8 11.2v.1',
  info: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 7.2V11M8 5v.1',
  database: 'M3 4.2c0-2.4 10-2.4 10 0v7.6c0 2.4-10 2.4-10 0zM3 4.2c0 2.4 10 2.4 10 0M3 8c0 2.4 10 2.4 10 0',
  refresh: 'M13 8a5 5 0 1 1-1.5-3.6M13 2.5v2.8h-2.8',
  search: 'M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10zM10.6 10.6L14 14',
  tree: 'M2.5 3h4M4.5 3v10M4.5 6.5h3M4.5 10h3M4.5 13h3M9.5 6.5h4M9.5 10h4M9.5 13h4',
  pulse: 'M2 8h3l1.8-4.5L9.6 12l1.8-4H14',
  star: 'M8 2.5l1.7 3.6 3.8.5-2.8 2.7.7 3.9L8 11.4l-3.4 1.8.7-3.9-2.8-2.7 3.8-.5z',
  pin: 'M6 2.5h4l-.6 4.2 2.1 2.3h-7l2.1-2.3zM8 9v4.5',
  jump: 'M6 3h7v7M13 3L4 12',
} as const;

export type IconName = keyof typeof PATHS;

/** Sixteen pixels, drawn with the text's colour. Decorative: the control beside it carries the name. */
export function Icon({ name, className = '' }: { name: IconName; className?: string }) {
  const solid = name === 'play' || name === 'stop';
  return (
    <svg aria-hidden="true" viewBox="0 0 16 16" className={`size-4 shrink-0 ${className}`}>
      <path
        d={PATHS[name]}
        fill={solid ? 'currentColor' : 'none'}
        stroke="currentColor"
        strokeWidth={solid ? 1 : 1.4}
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}

export function Spinner({ className = '' }: { className?: string }) {
  return (
    <svg aria-hidden="true" viewBox="0 0 16 16" className={`size-4 shrink-0 animate-spin ${className}`}>
      <circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" strokeOpacity="0.25" strokeWidth="1.6" />
      <path
        d="M8 2a6 6 0 0 1 6 6"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.6"
        strokeLinecap="round"
      />
    </svg>
  );
}
