import { refusal, relay } from '../../graphql/relay';

/** The browser talks to its own origin only; this hands its GraphQL requests to the api. */
export async function POST(request: Request): Promise<Response> {
  const refused = refusal(request.headers);
  if (refused) return refused;
  return relay(request, process.env.POSTERN_API_URL ?? 'http://127.0.0.1:4000');
}
