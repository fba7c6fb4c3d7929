import { Args, ID, Int, Mutation, Query, Resolver } from '@nestjs/graphql';
import { OrgRole } from '../auth/access.js';
import { Actor } from '../auth/actor.decorator.js';
import type { OrgActor } from '../tenancy/actor.js';
import { TenantDb } from '../tenancy/tenant-db.js';
import { createRule } from './create-rule.js';
import { deleteRule } from './delete-rule.js';
import { explainAccess } from './explain-access.js';
import { previewRuleChange } from './preview-rule-change.js';
import { RuleChangeInput, RuleInput, RuleListArgs } from './rule.input.js';
import { getRule, listRulesPage } from './rule.queries.js';
import { EffectiveAccess, Rule, RuleChangePreview, RuleConnection } from './rule.type.js';
import { updateRule } from './update-rule.js';

@Resolver(() => Rule)
export class RulesResolver {
  constructor(private readonly db: TenantDb) {}

  @OrgRole('auditor')
  @Query(() => RuleConnection)
  rules(@Actor() actor: OrgActor, @Args() args: RuleListArgs): Promise<RuleConnection> {
    return listRulesPage(this.db, actor, args);
  }

  @OrgRole('auditor')
  @Query(() => Rule)
  rule(@Actor() actor: OrgActor, @Args('id', { type: () => ID }) id: string): Promise<Rule> {
    return getRule(this.db, actor, id);
  }

  @OrgRole('auditor')
  @Query(() => RuleChangePreview)
  previewRuleChange(
    @Actor() actor: OrgActor,
    @Args('change') change: RuleChangeInput,
  ): Promise<RuleChangePreview> {
    return previewRuleChange(this.db, actor, change);
  }

  @OrgRole('auditor')
  @Query(() => EffectiveAccess)
  effectiveAccess(
    @Actor() actor: OrgActor,
    @Args('userId', { type: () => ID }) userId: string,
    @Args('connectionId', { type: () => ID }) connectionId: string,
  ): Promise<EffectiveAccess> {
    return explainAccess(this.db, actor, { userId, connectionId });
  }

  @OrgRole('admin')
  @Mutation(() => Rule)
  createRule(@Actor() actor: OrgActor, @Args('rule') rule: RuleInput): Promise<Rule> {
    return createRule(this.db, actor, rule);
  }

  @OrgRole('admin')
  @Mutation(() => Rule)
  updateRule(
    @Actor() actor: OrgActor,
    @Args('id', { type: () => ID }) id: string,
    @Args('version', { type: () => Int }) version: number,
    @Args('rule') rule: RuleInput,
  ): Promise<Rule> {
    return updateRule(this.db, actor, { id, version, rule });
  }

  @OrgRole('admin')
  @Mutation(() => Boolean)
  async deleteRule(
    @Actor() actor: OrgActor,
    @Args('id', { type: () => ID }) id: string,
    @Args('version', { type: () => Int }) version: number,
  ): Promise<boolean> {
    await deleteRule(this.db, actor, { id, version });
    return true;
  }
}
