import { useEffect, useRef, useState } from 'react';
import { api, ConsoleFailure } from '../api/client';
import type { Connection } from '../connections/connection-switcher';
import { numbered } from '../parameters/placeholders';
import { count, duration } from '../results/format';
import type { TabView } from '../tabs/view';
import { Button } from '../ui/button';
import { CopyButton } from '../ui/copy';
import { Spinner } from '../ui/icon';
import { Confirm } from '../ui/modal';
import { capital, Prose } from '../ui/prose';
import { Scroll } from '../ui/scroll';
import { type Plan, type PlanStep, parsePlan } from './plan';

interface ExplainProps {
  readonly view: Extract<TabView, { type: 'explain' }>;
  readonly connection: Connection;
  readonly tab: string;
}

const explained = (sql: string, isAnalyze: boolean): string =>
  `explain (${isAnalyze ? 'analyze, buffers, ' : ''}format json) ${sql}`;

const FIGURE = 'whitespace-nowrap px-2.5 py-1.5 text-right tabular-nums';

function Step({ step, whole, isAnalyzed }: { step: PlanStep; whole: number; isAnalyzed: boolean }) {
  const { depth, name, conditions, estimatedRows, actualRows, loops, ownMs, totalMs, cost, warnings } = step;
  const share = whole === 0 ? 0 : Math.min(100, ((ownMs ?? cost) / whole) * 100);
  return (
    <tr className="border-line border-t align-top hover:bg-hover">
      <td className="py-1.5 pr-2.5" style={{ paddingLeft: 10 + depth * 18 }}>
        <span className="font-medium">
          {depth > 0 && <span className="text-muted">└ </span>}
          {name}
        </span>
        {conditions.map((condition) => (
          <code key={condition} className="block break-words font-mono text-[11px] text-muted">
            {condition}
          </code>
        ))}
        {warnings.map((warning) => (
          <span key={warning} className="block text-[12px] text-warn">
            {capital(warning)}
          </span>
        ))}
      </td>
      <td className="w-40 px-2.5 py-1.5">
        <div className="h-2 rounded-full bg-sunken">
          <div className="h-2 rounded-full bg-accent" style={{ width: `${share}%` }} />
        </div>
      </td>
      {isAnalyzed && <td className={FIGURE}>{ownMs === undefined ? '' : duration(ownMs)}</td>}
      <td className={FIGURE}>{totalMs === undefined ? count(Math.round(cost)) : duration(totalMs)}</td>
      <td className={FIGURE}>{count(Math.round(estimatedRows))}</td>
      {isAnalyzed && (
        <>
          <td className={FIGURE}>
            {actualRows === undefined ? '' : count(Math.round(actualRows))}
            {loops !== undefined && loops > 1 && (
              <span className="block text-[11px] text-muted">in {count(loops)} loops</span>
            )}
          </td>
          <td className={FIGURE}>
            {step.hitBlocks + step.readBlocks === 0
              ? ''
              : `${count(step.hitBlocks)} + ${count(step.readBlocks)}`}
          </td>
        </>
      )}
    </tr>
  );
}

function PlanTable({ plan, label }: { plan: Plan; label: string }) {
  const isAnalyzed = plan.executionMs !== undefined;
  const whole = Math.max(...plan.steps.map(({ ownMs, cost }) => ownMs ?? cost), 0);
  const heads = isAnalyzed
    ? ['Step', 'Own time', 'Own', 'Total', 'Rows, estimated', 'Rows', 'Blocks, cached + read']
    : ['Step', 'Cost', 'Total cost', 'Rows, estimated'];
  return (
    <section className="flex min-h-40 flex-1 flex-col gap-1" aria-label={label}>
      <h3 className="flex items-center gap-3">
        <span className="font-semibold">{label}</span>
        {plan.planningMs !== undefined && (
          <span className="text-muted">planned in {duration(plan.planningMs)}</span>
        )}
        {plan.executionMs !== undefined && (
          <span className="text-muted">ran in {duration(plan.executionMs)}</span>
        )}
        <CopyButton label={`Copy ${label} as JSON`} caption="Copy" text={plan.text} />
      </h3>
      <Scroll label={`Steps of ${label}`} className="rounded-md border border-line">
        <table className="w-full border-collapse text-left">
          <thead className="bg-sunken text-[11px] text-muted">
            <tr>
              {heads.map((head, at) => (
                <th
                  key={head}
                  scope="col"
                  className={`whitespace-nowrap px-2.5 py-1.5 font-medium ${at > 1 ? 'text-right' : ''}`}
                >
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {plan.steps.map((step) => (
              <Step key={step.key} {...{ step, whole, isAnalyzed }} />
            ))}
          </tbody>
        </table>
      </Scroll>
    </section>
  );
}

/** How PostgreSQL would run a statement, or with ANALYZE how it did; each as the governed statement that it is. */
export function ExplainPage({ view, connection, tab }: ExplainProps) {
  const { slug } = connection;
  const { sql, parameters } = view;
  const [plans, setPlans] = useState<readonly Plan[]>([]);
  const [isRunning, setRunning] = useState(false);
  const [isAsking, setAsking] = useState(false);
  const [problem, setProblem] = useState<{ message: string; fix?: string | undefined }>();
  const run = async (isAnalyze: boolean) => {
    setRunning(true);
    setProblem(undefined);
    try {
      const { results, error } = await api.run({
        connection: slug,
        tab,
        ...numbered(explained(sql, isAnalyze), parameters),
      });
      const text = results[0]?.rows.map(([line]) => line ?? '').join('\n') ?? '';
      const plan = parsePlan(text);
      if (error !== null) setProblem(error);
      else if (plan === undefined) setProblem({ message: 'PostgreSQL answered something that is no plan' });
      else setPlans((before) => [plan, ...before].slice(0, 2));
    } catch (error) {
      setProblem(error instanceof ConsoleFailure ? error.detail : { message: 'something went wrong' });
    } finally {
      setRunning(false);
    }
  };
  const begin = useRef(run);
  useEffect(() => void begin.current(false), []);
  return (
    <div className="flex min-h-0 flex-1 flex-col gap-3 overflow-auto bg-surface p-4">
      <header className="flex flex-wrap items-center gap-2">
        <h2 className="font-semibold text-[15px]">Plan</h2>
        <Button disabled={isRunning} onClick={() => void run(false)}>
          {isRunning && <Spinner />}
          Explain again
        </Button>
        <Button disabled={isRunning} onClick={() => setAsking(true)}>
          Analyze…
        </Button>
        <code className="min-w-0 flex-1 truncate font-mono text-[12px] text-muted">{sql}</code>
      </header>
      {problem !== undefined && (
        <p role="alert" className="rounded-md bg-warn-soft p-3">
          <Prose text={problem.message} /> {problem.fix !== undefined && <Prose text={problem.fix} />}
        </p>
      )}
      {plans.map((plan, at) => (
        <PlanTable
          key={plan.text}
          plan={plan}
          label={plans.length === 1 ? 'Plan' : at === 0 ? 'Newest plan' : 'Plan before'}
        />
      ))}
      {isAsking && (
        <Confirm
          title="Run the statement to measure it?"
          text="ANALYZE executes the statement: what it changes is changed. It needs explain and all that the statement itself needs."
          action="Run and measure"
          onConfirm={() => void run(true)}
          onClose={() => setAsking(false)}
        />
      )}
    </div>
  );
}
