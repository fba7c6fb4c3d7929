import {
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
} from 'graphql';

/** An operation of the schema, callable without knowing what it is for. */
export interface Operation {
  readonly kind: 'query' | 'mutation';
  readonly name: string;
  readonly argNames: readonly string[];
  /** Arguments, at any depth, that are ids of something else than the organisation. */
  readonly idArgs: readonly string[];
  readonly document: string;
  /** Values that its types accept. */
  readonly sample: Record<string, unknown>;
}

function sampleOf(type: GraphQLInputType): unknown {
  if (isNonNullType(type)) return sampleOf(type.ofType);
  if (isListType(type)) return [sampleOf(type.ofType)];
  if (isEnumType(type)) return type.getValues().at(-1)?.name;
  if (isInputObjectType(type))
    return Object.fromEntries(
      Object.values(type.getFields())
        .filter((field) => isNonNullType(field.type))
        .map((field) => [field.name, sampleOf(field.type)]),
    );
  const samples: Record<string, unknown> = {
    ID: '018f0000-0000-7000-8000-000000000000',
    Int: 1,
    Float: 1,
    Boolean: true,
    DateTime: '2026-01-01T00:00:00Z',
  };
  return samples[getNamedType(type).name] ?? 'sample';
}

function idsIn(name: string, type: GraphQLInputType): string[] {
  const named = getNamedType(type);
  if (isInputObjectType(named))
    return Object.values(named.getFields()).flatMap((field) => idsIn(`${name}.${field.name}`, field.type));
  return named.name === 'ID' && name !== 'orgId' ? [name] : [];
}

function operation(kind: Operation['kind'], field: GraphQLField<unknown, unknown>): Operation {
  const variables = field.args.map((arg) => `$${arg.name}: ${arg.type}`).join(', ');
  const args = field.args.map((arg) => `${arg.name}: $${arg.name}`).join(', ');
  const selection = isLeafType(getNamedType(field.type)) ? '' : '{ __typename }';
  const call = `${field.name}${args ? `(${args})` : ''} ${selection}`;
  return {
    kind,
    name: field.name,
    argNames: field.args.map((arg) => arg.name),
    idArgs: field.args.flatMap((arg) => idsIn(arg.name, arg.type)),
    document: `${kind}${variables ? ` (${variables})` : ''} { ${call} }`,
    sample: Object.fromEntries(
      field.args.filter((arg) => isNonNullType(arg.type)).map((arg) => [arg.name, sampleOf(arg.type)]),
    ),
  };
}

export function operationsOf(schema: GraphQLSchema): Operation[] {
  const of = (kind: Operation['kind'], type: ReturnType<GraphQLSchema['getQueryType']>) =>
    Object.values(type?.getFields() ?? {}).map((field) => operation(kind, field));
  return [...of('query', schema.getQueryType()), ...of('mutation', schema.getMutationType())];
}
