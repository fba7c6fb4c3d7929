'use client';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from '../../ui/button';
import { DataTable } from '../../ui/data-table';
import { count } from '../../ui/format';
import { Icon } from '../../ui/icons';
import { Page, Well } from '../../ui/page';
import { EmptyState, ErrorState, FormError } from '../../ui/states';
import { useUrlState } from '../../ui/use-url-state';
import { EffectiveAccessDialog } from '../access/effective-access';
import { AccessRequests } from '../access-requests/access-requests';
import { type AccessRequest, useCloseRequest } from '../access-requests/use-requests';
import { useOrg } from '../shell/org-context';
import { DeleteRule } from './delete-rule';
import { ruleColumns } from './rule-columns';
import { RuleFilters } from './rule-filters';
import { RulePanel } from './rule-panel';
import { useNames } from './use-names';
import { type Rule, rulesKey, useRule, useRules } from './use-rules';

const NEW = 'new';

export function RulesPage() {
  const { orgId, canManage } = useOrg();
  const [params, change] = useUrlState();
  const filter = { connection: params.get('connection'), member: params.get('member') };
  const rules = useRules(orgId, filter);
  const [checking, setChecking] = useState(false);
  const [granting, setGranting] = useState<AccessRequest | null>(null);
  // Here and not in the panel, which has closed by the time an answer comes.
  const answer = useCloseRequest();
  const open = params.get('rule');
  const filtered = filter.connection !== null || filter.member !== null;
  const create = canManage ? (
    <Button look="primary" data-create onClick={() => change({ rule: NEW })}>
      <Icon name="plus" className="size-3.5" /> New rule
    </Button>
  ) : null;

  return (
    <Page
      title="Rules"
      lead="Default deny: people see a connection, and may do something on it, only when a rule says so. What several rules give adds up."
      actions={
        <>
          <Button onClick={() => setChecking(true)}>Effective access</Button>
          {create}
        </>
      }
    >
      {answer.error ? (
        <div className="flex flex-col gap-1">
          <p className="text-sm">
            The rule is saved, but the request could not be marked as granted. It still waits below.
          </p>
          <FormError error={answer.error} />
        </div>
      ) : null}
      <AccessRequests onGrant={setGranting} />
      <RuleFilters filter={filter} onChange={change} />
      <RuleTable
        rules={rules}
        filtered={filtered}
        onOpen={(rule) => change({ rule: rule.id })}
        selectedId={open ?? undefined}
        create={create}
        onClear={() => change({ connection: null, member: null })}
      />
      {open ? <OpenRule id={open} listed={rules.data} onClose={() => change({ rule: null })} /> : null}
      {granting ? (
        <GrantRequest
          request={granting}
          onClose={() => setGranting(null)}
          onSaved={() => answer.mutate({ id: granting.id, outcome: 'GRANTED' })}
        />
      ) : null}
      <EffectiveAccessDialog open={checking} onClose={() => setChecking(false)} />
    </Page>
  );
}

/** A new rule that gives what was asked for; saving it answers the request. */
function GrantRequest({
  request,
  onClose,
  onSaved,
}: {
  request: AccessRequest;
  onClose: () => void;
  onSaved: () => void;
}) {
  return (
    <RulePanel
      opened={null}
      proposed={{
        connection: request.connection,
        permissions: request.permissions,
        members: [`user:${request.personEmail}`],
        description: request.reason.slice(0, 500),
      }}
      onClose={onClose}
      onSaved={onSaved}
    />
  );
}

interface TableProps {
  rules: ReturnType<typeof useRules>;
  filtered: boolean;
  onOpen: (rule: Rule) => void;
  selectedId: string | undefined;
  create: React.ReactNode;
  onClear: () => void;
}

function RuleTable({ rules, filtered, onOpen, selectedId, create, onClear }: TableProps) {
  const { orgId } = useOrg();
  const names = useNames(orgId);
  if (rules.error && !rules.data) {
    return (
      <Well>
        <ErrorState error={rules.error} onRetry={() => rules.refetch()} />
      </Well>
    );
  }
  if (rules.data?.length === 0) {
    return (
      <Well>
        {filtered ? (
          <EmptyState
            icon="search"
            title="No rule matches"
            action={<Button onClick={onClear}>Clear the filter</Button>}
          />
        ) : (
          <EmptyState icon="rules" title="No rules yet, so nobody has access" action={create}>
            A rule gives people or groups permissions on a connection. A good first one: <em>read</em> and{' '}
            <em>explain</em> on a connection for a group. You see who gains what before it is saved.
          </EmptyState>
        )}
      </Well>
    );
  }
  return (
    <DataTable
      label="Rules"
      columns={ruleColumns(orgId, names)}
      rows={rules.data}
      rowId={(rule) => rule.id}
      onOpen={onOpen}
      selectedId={selectedId}
      footer={rules.data ? count(rules.data.length, 'rule') : undefined}
    />
  );
}

/** The rule of the address: from the list, or asked for when a filter hides it or an audit event led here. */
function OpenRule({ id, listed, onClose }: { id: string; listed: Rule[] | undefined; onClose: () => void }) {
  const { orgId } = useOrg();
  const queries = useQueryClient();
  const [deleting, setDeleting] = useState(false);
  const [loads, setLoads] = useState(0);
  const inList = listed?.find((rule) => rule.id === id);
  const one = useRule(orgId, id === NEW || !listed || inList ? null : id);
  const rule = inList ?? one.data ?? null;
  if (id !== NEW && !rule) return one.error ? <GoneRule error={one.error} onClose={onClose} /> : null;
  // The panel keeps the rule as it was opened: a refreshed list must not take away what is being typed.
  const reload = async () => {
    await queries.refetchQueries({ queryKey: rulesKey(orgId) });
    setLoads(loads + 1);
  };
  return (
    <>
      <RulePanel
        key={`${id} ${loads}`}
        opened={rule}
        onClose={onClose}
        onDelete={() => setDeleting(true)}
        onReload={reload}
      />
      {deleting && rule ? (
        <DeleteRule rule={rule} onClose={() => setDeleting(false)} onDeleted={onClose} />
      ) : null}
    </>
  );
}

function GoneRule({ error, onClose }: { error: unknown; onClose: () => void }) {
  return (
    <Well>
      <ErrorState error={error} />
      <div className="flex justify-center pb-8">
        <Button onClick={onClose}>Back to the rules</Button>
      </div>
    </Well>
  );
}
