/** A postern: the small door beside the gate. */
export function Mark({ className = 'size-6' }: { className?: string }) {
  return (
    <svg viewBox="0 0 24 24" className={`shrink-0 ${className}`} role="img" aria-label="Postern">
      <rect width="24" height="24" rx="6" fill="var(--accent-fill)" />
      <path
        d="M7 19V10.5a5 5 0 0 1 10 0V19M5 19h14"
        fill="none"
        stroke="white"
        strokeWidth="2"
        strokeLinecap="round"
      />
      <circle cx="14" cy="14" r="1.3" fill="white" />
    </svg>
  );
}
