import type { ObjectKind } from '@postern/agent/console-catalog';
import { count } from '../results/format';
import { Icon } from '../ui/icon';
import { KIND_MARK, KIND_NAME } from './kinds';
import { highlighted, type TreeRow } from './model';

export function KindMark({ kind }: { kind: ObjectKind }) {
  return (
    <span
      title={KIND_NAME[kind]}
      className="grid h-4 w-5 shrink-0 place-items-center rounded-sm bg-sunken font-semibold text-[10px] text-muted"
    >
      <span aria-hidden="true">{KIND_MARK[kind]}</span>
      <span className="sr-only">{KIND_NAME[kind]}</span>
    </span>
  );
}

function Name({ text, words }: { text: string; words: readonly string[] }) {
  return (
    <span className="truncate">
      {highlighted(text, words).map(({ text: part, isFound }, index) =>
        isFound ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: parts of one name never move
          <mark key={index} className="rounded-xs bg-warn-soft text-text underline decoration-warn">
            {part}
          </mark>
        ) : (
          part
        ),
      )}
    </span>
  );
}

const aside = 'ml-auto shrink-0 truncate pl-2 text-[11px] text-muted tabular-nums';

function Content({ row, words }: { row: TreeRow; words: readonly string[] }) {
  switch (row.type) {
    case 'schema':
      return (
        <>
          <span className="truncate font-medium">{row.schema}</span>
          <span className={aside}>{count(row.count)}</span>
        </>
      );
    case 'group':
      return (
        <>
          <span className="truncate text-muted">{row.name}</span>
          <span className={aside}>{count(row.count)}</span>
        </>
      );
    case 'column':
      return (
        <>
          <span className="truncate font-mono text-[12px]">{row.name}</span>
          <span className={aside}>{row.dataType}</span>
        </>
      );
    case 'object': {
      const { object, isFavourite } = row;
      const isCalled =
        object.kind === 'function' || object.kind === 'procedure' || object.kind === 'aggregate';
      return (
        <>
          <KindMark kind={object.kind} />
          <Name text={object.name} words={words} />
          {isFavourite && (
            <span role="img" aria-label="favourite" className="shrink-0 text-warn">
              ★
            </span>
          )}
          {isCalled ? (
            <span className="min-w-6 flex-1 truncate text-[11px] text-muted">({object.detail})</span>
          ) : (
            <span className={aside}>
              {object.rows === undefined ? (
                object.detail
              ) : (
                <span title="rows, estimated">{count(object.rows)}</span>
              )}
            </span>
          )}
        </>
      );
    }
  }
}

/** One line; its place and what it does come from the tree. */
export function TreeLine({ row, words }: { row: TreeRow; words: readonly string[] }) {
  const isOpen = row.type === 'column' ? undefined : row.isOpen;
  return (
    <span className="flex min-w-0 flex-1 items-center gap-1.5" style={{ paddingLeft: (row.level - 1) * 12 }}>
      {isOpen === undefined ? (
        <span className="w-3 shrink-0" />
      ) : (
        <Icon name="chevron" className={`!size-3 text-muted ${isOpen ? '' : '-rotate-90'}`} />
      )}
      <Content row={row} words={words} />
    </span>
  );
}
