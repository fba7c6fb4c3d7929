import { performance } from 'node:perf_hooks';
import { ConsoleClient } from '@postern/infra/console-client';
import { DEMO_PEOPLE } from '@postern/infra/demo-organisation';
import { GraphqlClient } from '@postern/infra/graphql-client';
import type { Stack } from '@postern/infra/stack';
import { type Benchmark, median } from './harness.js';
import { residentMb } from './process-figures.js';

async function startToRefusal(stack: Stack, sam: GraphqlClient): Promise<number> {
  await stack.services.agent.stop();
  const at = performance.now();
  await stack.services.agent.start();
  const console = new ConsoleClient(stack.urls.console);
  await console.signIn(sam);
  const { status } = await console.run('production', 'delete from orders');
  if (status !== 403) throw new Error(`the agent answered ${status} instead of refusing`);
  return performance.now() - at;
}

export const agent: Benchmark = {
  name: 'agent',
  title: 'Agent: memory and start',
  prepare: async ({ quick }, startedStack) => {
    const stack = await startedStack();
    const sam = new GraphqlClient(stack.urls.graphql);
    await sam.signIn(DEMO_PEOPLE.sam.email, stack.password);
    const rest = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, quick ? 3_000 : 20_000));
    await stack.services.agent.stop();
    await stack.services.agent.start();
    await rest();
    const untouched = residentMb(stack.services.agent.pid);
    const starts: number[] = [];
    for (let index = 0; index < (quick ? 3 : 7); index += 1) starts.push(await startToRefusal(stack, sam));
    await rest();
    return {
      batch: 0,
      contenders: [],
      facts: {
        'process start → sign-in → first enforced statement': `${median(starts).toFixed(0)} ms (median of ${starts.length}, worst ${Math.max(...starts).toFixed(0)} ms)`,
        'resident memory, idle, policy enforced, nobody signed in': `${untouched.toFixed(0)} MB`,
        'resident memory, idle after a first statement': `${residentMb(stack.services.agent.pid).toFixed(0)} MB`,
      },
    };
  },
};
