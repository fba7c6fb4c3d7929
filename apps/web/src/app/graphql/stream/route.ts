import { relayStream } from '../../../graphql/relay-stream';

export const dynamic = 'force-dynamic';

export function GET(request: Request): Promise<Response> {
  return relayStream(request, '/graphql/stream', process.env.POSTERN_API_URL ?? 'http://127.0.0.1:4000');
}
