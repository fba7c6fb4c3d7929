import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { GqlExecutionContext } from '@nestjs/graphql';
import { assertNever } from '@postern/core/errors';
import type { RequestContext } from '../graphql/context.js';
import { ACCESS, type Access } from './access.js';
import { Actors } from './actors.js';
import { Sessions } from './sessions.js';

/** Every GraphQL operation passes here before its resolver. HTTP routes are the agents': they have credentials of their own. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly sessions: Sessions,
    private readonly actors: Actors,
  ) {}

  async canActivate(execution: ExecutionContext): Promise<boolean> {
    if (execution.getType<string>() !== 'graphql') return true;
    const gql = GqlExecutionContext.create(execution);
    const context = gql.getContext<RequestContext>();
    const { fieldName, operation } = gql.getInfo<{ fieldName: string; operation: { operation: string } }>();
    if (operation.operation === 'mutation') context.forgetLoaded();
    const access = this.reflector.get<Access | undefined>(ACCESS, execution.getHandler());
    if (access === undefined) return false;
    switch (access.kind) {
      case 'anyone':
        return true;
      case 'signed-in':
        await this.sessions.require(context);
        return true;
      case 'org': {
        const { orgId } = gql.getArgs<{ orgId: string }>();
        await this.actors.admit(context, orgId, access.atLeast, fieldName);
        return true;
      }
      default:
        return assertNever(access);
    }
  }
}
