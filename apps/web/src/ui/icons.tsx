/** Sixteen-pixel line icons, drawn for this product; decoration only, so hidden from screen readers. */
const PATHS = {
  rules: 'M8 1.8 2.8 3.9v3.6c0 3.2 2.2 5.6 5.2 6.7 3-1.1 5.2-3.5 5.2-6.7V3.9L8 1.8ZM5.8 8l1.6 1.6 2.9-3.1',
  connections:
    'M2.8 4c0-1.2 2.3-2 5.2-2s5.2.8 5.2 2-2.3 2-5.2 2-5.2-.8-5.2-2Zm0 0v8c0 1.2 2.3 2 5.2 2s5.2-.8 5.2-2V4M2.8 8c0 1.2 2.3 2 5.2 2s5.2-.8 5.2-2',
  groups:
    'M6 7.4a2.4 2.4 0 1 0 0-4.8 2.4 2.4 0 0 0 0 4.8ZM1.6 13.4c.3-2.4 2.1-3.8 4.4-3.8s4.1 1.4 4.4 3.8M10.6 2.9a2.3 2.3 0 0 1 0 4.3M12 9.9c1.4.5 2.2 1.7 2.4 3.5',
  roles:
    'M8 5.2a1.7 1.7 0 1 0 0-3.4 1.7 1.7 0 0 0 0 3.4ZM3.7 14.2a1.7 1.7 0 1 0 0-3.4 1.7 1.7 0 0 0 0 3.4ZM12.3 14.2a1.7 1.7 0 1 0 0-3.4 1.7 1.7 0 0 0 0 3.4ZM8 5.2v3M3.7 10.8c0-1.8 1-2.6 4.3-2.6s4.3.8 4.3 2.6',
  people: 'M8 7.6a2.7 2.7 0 1 0 0-5.4 2.7 2.7 0 0 0 0 5.4ZM2.9 13.8c.4-2.6 2.4-4 5.1-4s4.7 1.4 5.1 4',
  agents: 'M2.5 3h11v4h-11V3Zm0 6h11v4h-11V9ZM5 5h.01M5 11h.01M8 5h3M8 11h3',
  audit: 'M4 1.8h5.6L12.5 4.7v9.5H4V1.8ZM9.3 1.8V5h3.2M6.2 8h4M6.2 10.7h4',
  reports: 'M3 2.2h10v11.6H3V2.2ZM5.6 11V8.6M8 11V5.2M10.4 11V7',
  settings:
    'M8 10.2a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4ZM8 1.7v1.8M8 12.5v1.8M1.7 8h1.8M12.5 8h1.8M3.55 3.55l1.27 1.27M11.18 11.18l1.27 1.27M3.55 12.45l1.27-1.27M11.18 4.82l1.27-1.27',
  key: 'M5.3 12.9a2.9 2.9 0 1 0 0-5.8 2.9 2.9 0 0 0 0 5.8ZM7.4 8 13.3 2.2M11.2 4.3l1.9 1.9M9.1 6.3l1.4 1.4',
  plus: 'M8 3v10M3 8h10',
  close: 'm4 4 8 8M12 4l-8 8',
  check: 'm3.2 8.4 3.1 3.1 6.5-7',
  chevronDown: 'm4.5 6.3 3.5 3.5 3.5-3.5',
  chevronRight: 'm6.3 4.5 3.5 3.5-3.5 3.5',
  updown: 'm5 6 3-3 3 3M5 10l3 3 3-3',
  search: 'M7 11.6a4.6 4.6 0 1 0 0-9.2 4.6 4.6 0 0 0 0 9.2ZM10.5 10.5l3.3 3.3',
  copy: 'M5.5 5.5h8v8h-8v-8ZM10.5 5.5v-3h-8v8h3',
  trash: 'M2.8 4.2h10.4M6.3 4.2V2.5h3.4v1.7M4.2 4.2l.6 9.3h6.4l.6-9.3M6.7 7v3.8M9.3 7v3.8',
  warning: 'M8 2.3 1.9 13.2h12.2L8 2.3ZM8 6.5v3.2M8 11.5h.01',
  info: 'M8 14.2A6.2 6.2 0 1 0 8 1.8a6.2 6.2 0 0 0 0 12.4ZM8 7.4v3.5M8 5.2h.01',
  refresh: 'M13.3 8A5.3 5.3 0 1 1 11.7 4.2l1.6 1.6M13.3 2.6v3.2h-3.2',
  external: 'M9.5 2.5h4v4M13.2 2.8 7.5 8.5M11.5 9.5v4h-9v-9h4',
  download: 'M8 2.5v7.5M4.8 7 8 10.2 11.2 7M3 13.2h10',
  star: 'm8 2.2 1.8 3.7 4 .6-2.9 2.8.7 4L8 11.4l-3.6 1.9.7-4L2.2 6.5l4-.6L8 2.2Z',
  sliders: 'M2.5 5h6M11.5 5h2M2.5 11h2M7.5 11h6M10 3.5v3M6 9.5v3',
  dots: 'M3.5 8h.01M8 8h.01M12.5 8h.01',
  menu: 'M2.5 4.5h11M2.5 8h11M2.5 11.5h11',
  globe:
    'M8 14.2A6.2 6.2 0 1 0 8 1.8a6.2 6.2 0 0 0 0 12.4ZM1.8 8h12.4M8 1.8c1.8 1.7 2.6 3.8 2.6 6.2S9.8 12.5 8 14.2C6.2 12.5 5.4 10.4 5.4 8S6.2 3.5 8 1.8Z',
  arrowRight: 'M2.8 8h10.4M9.2 4l4 4-4 4',
  clock: 'M8 14.2A6.2 6.2 0 1 0 8 1.8a6.2 6.2 0 0 0 0 12.4ZM8 4.5V8l2.4 1.6',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, className = 'size-4' }: { name: IconName; className?: string }) {
  return (
    <svg
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth={name === 'dots' ? 2.2 : 1.4}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      className={`shrink-0 ${className}`}
    >
      <path d={PATHS[name]} />
    </svg>
  );
}

/** The mark: a small door in a wall. */
export function Mark({ className = 'size-5' }: { className?: string }) {
  return (
    <svg viewBox="0 0 20 20" aria-hidden="true" className={`shrink-0 ${className}`}>
      <rect x="1" y="1" width="18" height="18" rx="4.5" fill="var(--color-accent-fill)" />
      <path
        d="M6.5 15.5V9a3.5 3.5 0 0 1 7 0v6.5"
        fill="none"
        stroke="#fff"
        strokeWidth="1.8"
        strokeLinecap="round"
      />
      <circle cx="11.6" cy="11.8" r="1" fill="#fff" />
    </svg>
  );
}
