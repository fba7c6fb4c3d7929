import { environmentTone } from './environment';

/** The environment, in its colour; filled in the header, where it must be seen from across the room. */
export function EnvironmentLabel({ label, solid = false }: { label: string; solid?: boolean }) {
  if (label === '') return null;
  const look = solid ? 'tone-solid px-2 uppercase tracking-wide' : 'tone border px-1.5';
  return (
    <span
      data-tone={environmentTone(label)}
      className={`inline-block max-w-40 shrink-0 truncate rounded py-px font-semibold text-[11px] leading-4 ${look}`}
    >
      {label}
    </span>
  );
}
