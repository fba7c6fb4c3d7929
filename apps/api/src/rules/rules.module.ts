import { Module } from '@nestjs/common';
import { RulesResolver } from './rules.resolver.js';

@Module({ providers: [RulesResolver] })
export class RulesModule {}
