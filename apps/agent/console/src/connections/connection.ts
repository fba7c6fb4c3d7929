import type { ConnectionsResponse } from '@postern/agent/console-contract';

/** A connection as one person sees it. */
export type Connection = ConnectionsResponse['connections'][number];
