import Link from 'next/link';
import { CodeBlock } from '../../ui/copy';
import { useOrg } from '../shell/org-context';

/** For whoever does not want to believe the page. */
export function OutsideCheck() {
  const { slug } = useOrg();
  return (
    <section className="border-line bg-surface flex max-w-3xl flex-col gap-3 rounded-lg border p-4 text-sm">
      <h2 className="font-semibold">Check it without Postern’s servers</h2>
      <p className="text-ink-2">
        Export the trail as JSON Lines (Audit, <em>Export</em>) and let the <code>postern</code> program make
        the hashes again on any computer. It needs no network and no configuration, and names the first event
        that is not as it was recorded.
      </p>
      <CodeBlock label="Command" code="postern audit verify events.jsonl" />
      <p className="text-ink-2">
        With copies of the signed anchors, kept where nobody can change them (a file, a folder, or the address
        of an object store), it also finds a trail that was cut back or made anew.
      </p>
      <CodeBlock
        label="Command with anchors"
        code="postern audit verify events.jsonl --anchors anchors/ --keys jwks.json"
      />
      <p className="text-ink-2">
        On an agent’s host the same command checks what the agent keeps until the control plane has it:
      </p>
      <CodeBlock label="Command on an agent's host" code="postern audit verify /var/lib/postern/audit" />
      <p className="text-ink-2">
        Evidence for an auditor, signed: the report <em>Integrity of the audit trail</em> on the{' '}
        <Link href={`/${slug}/reports`} className="text-accent underline">
          Reports
        </Link>{' '}
        page checks the trail on the server and says what was checked, when, and the heads of all chains.
      </p>
    </section>
  );
}
