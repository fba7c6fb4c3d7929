import type { Type } from '@nestjs/common';
import { ArgsType, Field, Int, ObjectType } from '@nestjs/graphql';
import { PosternError } from '@postern/core/errors';

const MOST = 200;

/** Arguments of every list (Relay cursor connections; forward only where there is nothing more). */
@ArgsType()
export class PageArgs {
  @Field(() => Int, { nullable: true, defaultValue: 50 })
  first?: number;

  @Field(() => String, { nullable: true })
  after?: string;
}

/** Arguments of a list that can be read from both ends. `last` and `before` ask for what stands before. */
@ArgsType()
export class TwoWayPageArgs extends PageArgs {
  @Field(() => Int, { nullable: true })
  last?: number;

  @Field(() => String, { nullable: true })
  before?: string;
}

@ObjectType()
export class PageInfo {
  @Field()
  hasNextPage!: boolean;

  @Field({
    description:
      'Whether there is something before; lists that only go forward know of pages asked `after` one.',
  })
  hasPreviousPage!: boolean;

  @Field(() => String, { nullable: true })
  startCursor!: string | null;

  @Field(() => String, { nullable: true })
  endCursor!: string | null;
}

/** Which part of a list is asked for. `take` is one more than wanted: it tells whether there is a next page. */
export interface PageRequest<K> {
  readonly first: number;
  readonly take: number;
  /** Key of the last row that the caller has. */
  readonly after: K | undefined;
}

export interface Edge<T> {
  cursor: string;
  node: T;
}

export interface Page<T> {
  edges: Edge<T>[];
  pageInfo: PageInfo;
}

/** A page of a list whose length is known. */
export interface CountedPage<T> extends Page<T> {
  totalCount: number;
}

/** Cursors are opaque: the key of the row, so that a page stays right while rows come and go. */
const encodeCursor = (key: readonly string[]): string =>
  Buffer.from(JSON.stringify(key)).toString('base64url');

function decodeCursor(cursor: string, parts: number, field = 'after'): string[] {
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (Array.isArray(key) && key.length === parts && key.every((part) => typeof part === 'string'))
      return key;
  } catch {
    // not one of ours
  }
  throw new PosternError('input.invalid', `\`${cursor}\` is not a cursor of this list`, {
    field,
    fix: 'pass `pageInfo.endCursor` or `startCursor` of the other page, unchanged',
  });
}

function checkCount(field: 'first' | 'last', count: number): void {
  if (count >= 1 && count <= MOST) return;
  throw new PosternError('input.invalid', `\`${field}\` is ${count}`, {
    field,
    fix: `ask for 1 to ${MOST} at a time`,
  });
}

/** Reads `first` and `after` of a list whose rows are ordered by a key of `parts` strings. */
export function pageRequest(args: PageArgs, parts = 1): PageRequest<string[]> {
  const first = args.first ?? 50;
  checkCount('first', first);
  const after = args.after ? decodeCursor(args.after, parts) : undefined;
  return { first, take: first + 1, after };
}

/** A page from up to `take` rows. */
export function pageOf<Row, T>(
  request: PageRequest<unknown>,
  rows: readonly Row[],
  keyOf: (row: Row) => readonly string[],
  toNode: (row: Row) => T,
): Page<T> {
  const edges = rows
    .slice(0, request.first)
    .map((row) => ({ cursor: encodeCursor(keyOf(row)), node: toNode(row) }));
  return {
    edges,
    pageInfo: {
      hasNextPage: rows.length > request.first,
      hasPreviousPage: request.after !== undefined,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}

/** Which part of a list is asked for, from either end. */
export interface TwoWayRequest<K> {
  readonly count: number;
  /** One more than wanted: it tells whether the list goes on. */
  readonly take: number;
  readonly cursor: K | undefined;
  /** Towards the beginning of the list. */
  readonly back: boolean;
}

/** Reads the arguments of a list that can be read from both ends; `last` or `before` turns round. */
export function twoWayRequest(args: TwoWayPageArgs, parts = 1): TwoWayRequest<string[]> {
  // A client may send null for what it does not mean.
  const last = args.last ?? undefined;
  if (last === undefined && !args.before) {
    const { first, take, after } = pageRequest(args, parts);
    return { count: first, take, cursor: after, back: false };
  }
  const count = last ?? args.first ?? 50;
  checkCount(last === undefined ? 'first' : 'last', count);
  if (args.after)
    throw new PosternError('input.invalid', '`after` cannot stand beside `before` or `last`', {
      field: 'after',
      fix: 'ask for one direction at a time',
    });
  const cursor = args.before ? decodeCursor(args.before, parts, 'before') : undefined;
  return { count, take: count + 1, cursor, back: true };
}

/** A page from up to `take` rows in the order of the list, of which the superfluous one stands where the list goes on. */
export function twoWayPage<Row, T>(
  { count, cursor, back }: TwoWayRequest<unknown>,
  rows: readonly Row[],
  keyOf: (row: Row) => readonly string[],
  toNode: (row: Row) => T,
): Page<T> {
  const goesOn = rows.length > count;
  const shown = !goesOn ? rows : back ? rows.slice(1) : rows.slice(0, count);
  const { edges, pageInfo } = pageOf(
    { first: count, take: count + 1, after: undefined },
    shown,
    keyOf,
    toNode,
  );
  const elsewhere = cursor !== undefined;
  return {
    edges,
    pageInfo: {
      ...pageInfo,
      hasNextPage: back ? elsewhere : goesOn,
      hasPreviousPage: back ? goesOn : elsewhere,
    },
  };
}

function edgeOf<T>(node: Type<T>, name: string): Type<Edge<T>> {
  @ObjectType(`${name}Edge`)
  class NodeEdge implements Edge<T> {
    @Field(() => String)
    cursor!: string;

    @Field(() => node)
    node!: T;
  }
  return NodeEdge;
}

/** The GraphQL types `<name>Edge` and `<name>Connection` of a list of `node`. */
export function Paged<T>(node: Type<T>, name: string): Type<Page<T>> {
  const NodeEdge = edgeOf(node, name);

  @ObjectType(`${name}Connection`)
  class NodePage implements Page<T> {
    @Field(() => [NodeEdge])
    edges!: Edge<T>[];

    @Field(() => PageInfo)
    pageInfo!: PageInfo;
  }
  return NodePage;
}

/** {@link Paged} with `totalCount`. */
export function CountedPaged<T>(node: Type<T>, name: string): Type<CountedPage<T>> {
  const NodeEdge = edgeOf(node, name);

  @ObjectType(`${name}Connection`)
  class NodePage implements CountedPage<T> {
    @Field(() => [NodeEdge])
    edges!: Edge<T>[];

    @Field(() => PageInfo)
    pageInfo!: PageInfo;

    @Field(() => Int)
    totalCount!: number;
  }
  return NodePage;
}
