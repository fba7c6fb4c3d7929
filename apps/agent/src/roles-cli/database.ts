import { RolesConnection } from '../targets/roles/connection.js';
import { type Io, UsageError } from './io.js';

export interface DatabaseOptions {
  readonly databaseUrl?: string;
}

/** Where to connect: the option, else DATABASE_URL, which no process list shows. */
export function databaseUrl({ databaseUrl: given }: DatabaseOptions, env: Io['env']): string {
  const url = given ?? env.DATABASE_URL;
  if (url === undefined || url === '')
    throw new UsageError('say which database: --database-url <url>, or set DATABASE_URL');
  return url;
}

/** One connection for the whole command, closed whatever happens. */
export async function withDatabase<T>(
  url: string,
  work: (connection: RolesConnection) => Promise<T>,
): Promise<T> {
  const connection = await RolesConnection.open(url);
  try {
    return await work(connection);
  } finally {
    await connection.close();
  }
}
