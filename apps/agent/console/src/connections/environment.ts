/** The four colours of environments. */
export type EnvironmentTone = 'production' | 'staging' | 'development' | 'other';

/** Which colour a label like `Production EU` or `dev-2` gets: red is for production alone. */
export function environmentTone(label: string): EnvironmentTone {
  const words = label.toLowerCase().split(/[^a-z]+/);
  const starts = (...stems: string[]) => words.some((word) => stems.some((stem) => word.startsWith(stem)));
  // "non-production" and "pre-production" are not production.
  if (starts('non') || starts('pre')) return 'staging';
  if (starts('prod', 'prd', 'live')) return 'production';
  if (starts('stag', 'stg', 'uat', 'qa')) return 'staging';
  if (starts('dev', 'test', 'local', 'demo', 'sandbox')) return 'development';
  return 'other';
}
