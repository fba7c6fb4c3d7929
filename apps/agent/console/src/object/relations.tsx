import type { ObjectDetails } from '@postern/agent/console-catalog';
import { KindMark } from '../tree/tree-line';
import { Diagram } from './diagram';
import { Code, FactTable } from './table';

interface RelationsProps {
  readonly details: ObjectDetails;
  readonly onOpen: (object: Pick<ObjectDetails, 'oid' | 'kind' | 'schema' | 'name'>) => void;
}

/** What hangs together with it: foreign keys as a picture, dependencies, partitions. */
export function Relations({ details, onOpen }: RelationsProps) {
  const { partitionOf } = details;
  const link = (object: Parameters<RelationsProps['onOpen']>[0]) => (
    <button
      type="button"
      className="flex items-center gap-1.5 text-accent hover:underline"
      onClick={() => onOpen(object)}
    >
      <KindMark kind={object.kind} />
      {object.schema}.{object.name}
    </button>
  );
  return (
    <div className="flex flex-col gap-5">
      <section className="flex flex-col gap-2">
        <h3 className="font-semibold">Foreign keys</h3>
        <Diagram
          details={details}
          onOpen={({ oid, schema, table }) => onOpen({ oid, kind: 'table', schema, name: table })}
        />
      </section>
      <section className="flex flex-col gap-2">
        <h3 className="font-semibold">Dependencies</h3>
        <FactTable
          label="Dependencies"
          none="No view, function or sequence depends on it, and it depends on none."
          rows={details.dependencies}
          keyOf={({ oid, direction }) => `${oid} ${direction}`}
          columns={[
            { name: 'Direction', cell: ({ direction }) => direction },
            { name: 'Object', cell: link },
          ]}
        />
      </section>
      {partitionOf !== undefined && (
        <p className="flex items-center gap-2">Partition of {link(partitionOf)}</p>
      )}
      {details.partitions.length > 0 && (
        <section className="flex flex-col gap-2">
          <h3 className="font-semibold">Partitions</h3>
          <FactTable
            label="Partitions"
            none=""
            rows={details.partitions}
            keyOf={({ oid }) => String(oid)}
            columns={[
              { name: 'Partition', cell: link },
              { name: 'Bounds', cell: ({ bound }) => bound !== null && <Code>{bound}</Code> },
            ]}
          />
        </section>
      )}
    </div>
  );
}
