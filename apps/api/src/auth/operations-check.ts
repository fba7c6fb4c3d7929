import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import { GraphQLSchemaHost } from '@nestjs/graphql';
import type { GraphQLSchema } from 'graphql';
import { ACCESS, type Access } from './access.js';

/** Operations outside any organisation. A new one is a decision: add it here, with an `@Anyone()` or `@SignedIn()`. */
export const OUTSIDE_ORGS: Readonly<Record<string, Access['kind']>> = {
  viewer: 'anyone',
  invitePreview: 'anyone',
  signUp: 'anyone',
  signIn: 'anyone',
  signOut: 'anyone',
  acceptInvite: 'anyone',
  createOrg: 'signed-in',
  authorizeConsole: 'signed-in',
};

/** Problems of the operations' declarations: each operation with `orgId` names a role, the others are on the closed list. */
export function accessProblems(schema: GraphQLSchema, declared: ReadonlyMap<string, Access>): string[] {
  const fields = [schema.getQueryType(), schema.getMutationType()].flatMap((type) =>
    Object.values(type?.getFields() ?? {}),
  );
  return fields.flatMap((field) => {
    const kind = declared.get(field.name)?.kind;
    const expected = field.args.some((arg) => arg.name === 'orgId') ? 'org' : OUTSIDE_ORGS[field.name];
    if (kind !== undefined && kind === expected) return [];
    return [
      `\`${field.name}\` declares ${kind ?? 'nothing'}, expected ${expected ?? 'an entry in OUTSIDE_ORGS'}`,
    ];
  });
}

/** Refuses to start while an operation says too little about who may call it. */
@Injectable()
export class OperationsCheck implements OnApplicationBootstrap {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly reflector: Reflector,
    private readonly schemaHost: GraphQLSchemaHost,
  ) {}

  onApplicationBootstrap(): void {
    const problems = accessProblems(this.schemaHost.schema, this.declared());
    if (problems.length > 0) throw new Error(`operations without access rules:\n${problems.join('\n')}`);
  }

  /** Access by the name of the GraphQL field; Nest keeps that name beside the method. */
  private declared(): Map<string, Access> {
    const declared = new Map<string, Access>();
    for (const { instance } of this.discovery.getProviders()) {
      if (!instance || typeof instance !== 'object') continue;
      for (const method of this.scanner.getAllMethodNames(Object.getPrototypeOf(instance))) {
        const handler = (instance as Record<string, unknown>)[method];
        if (typeof handler !== 'function') continue;
        const access = this.reflector.get<Access | undefined>(ACCESS, handler);
        const name = this.reflector.get<string | undefined>('graphql:resolver_name', handler) ?? method;
        if (access) declared.set(name, access);
      }
    }
    return declared;
  }
}
