import { type Health, Status } from '../../ui/status-dot';

const HEALTH: Readonly<Record<string, { health: Health; label: string }>> = {
  ok: { health: 'good', label: 'Healthy' },
  down: { health: 'bad', label: 'Down' },
  unknown: { health: 'off', label: 'No agent' },
};

/** What the agents say of the database; why, when it is down, in the title. */
export function ConnectionHealth({ health, detail }: { health: string; detail?: string | null }) {
  const known = HEALTH[health] ?? HEALTH.unknown;
  return (
    <Status health={known?.health ?? 'off'} title={detail ?? undefined}>
      {known?.label ?? health}
    </Status>
  );
}
