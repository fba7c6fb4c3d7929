import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { GqlExecutionContext, ID, TypeMetadataStorage } from '@nestjs/graphql';
import type { RequestContext } from '../graphql/context.js';
import type { OrgActor } from '../tenancy/actor.js';
import type { Person } from './sessions.js';

const contextOf = (execution: ExecutionContext): RequestContext =>
  GqlExecutionContext.create(execution).getContext<RequestContext>();

const AdmittedActor = createParamDecorator((_: unknown, execution: ExecutionContext): Promise<OrgActor> => {
  const { orgId } = GqlExecutionContext.create(execution).getArgs<{ orgId: string }>();
  return contextOf(execution).known(`actor:${orgId}`);
});

/**
 * The member whom the guard admitted. Gives the operation its argument `orgId: ID!` too: use-cases take the actor, who
 * knows the organisation, so that nobody can mix up the two.
 */
export function Actor(): ParameterDecorator {
  return (target, key, index) => {
    if (key === undefined) throw new Error('@Actor() belongs on a method of a resolver');
    AdmittedActor()(target, key, index);
    TypeMetadataStorage.addMethodParamMetadata({
      kind: 'arg',
      name: 'orgId',
      target: target.constructor,
      methodName: String(key),
      typeFn: () => ID,
      index,
      options: {},
    });
  };
}

/** Who is signed in, in an operation that is `@SignedIn()`. */
export const CurrentPerson = createParamDecorator(
  (_: unknown, execution: ExecutionContext): Promise<Person> => contextOf(execution).known('person'),
);

/** The request's own context: sessions and loaders live there. */
export const Context = createParamDecorator((_: unknown, execution: ExecutionContext) =>
  contextOf(execution),
);
