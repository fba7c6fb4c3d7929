import { Module } from '@nestjs/common';
import { GroupsResolver } from './groups.resolver.js';

@Module({ providers: [GroupsResolver] })
export class GroupsModule {}
