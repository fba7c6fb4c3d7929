import type { Type } from '@nestjs/common';
import { ArgsType, Field, Int, ObjectType } from '@nestjs/graphql';
import { PosternError } from '@postern/core/errors';

const MOST = 200;

/** Arguments of every list (Relay cursor connections, forward only). */
@ArgsType()
export class PageArgs {
  @Field(() => Int, { nullable: true, defaultValue: 50 })
  first?: number;

  @Field(() => String, { nullable: true })
  after?: string;
}

@ObjectType()
export class PageInfo {
  @Field()
  hasNextPage!: boolean;

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

function decodeCursor(cursor: string, parts: number): string[] {
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (Array.isArray(key) && key.length === parts && key.every((part) => typeof part === 'string'))
      return key;
  } catch {
    // not one of ours
  }
  throw new PosternError('input.invalid', `\`${cursor}\` is not a cursor of this list`, {
    field: 'after',
    fix: 'pass `pageInfo.endCursor` of the page before, unchanged',
  });
}

/** Reads `first` and `after` of a list whose rows are ordered by a key of `parts` strings. */
export function pageRequest(args: PageArgs, parts = 1): PageRequest<string[]> {
  const first = args.first ?? 50;
  if (first < 1 || first > MOST)
    throw new PosternError('input.invalid', `\`first\` is ${first}`, {
      field: 'first',
      fix: `ask for 1 to ${MOST} at a time`,
    });
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
    pageInfo: { hasNextPage: rows.length > request.first, endCursor: edges.at(-1)?.cursor ?? null },
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
