import { Module } from '@nestjs/common';
import { EnvironmentsResolver } from './environments.resolver.js';

@Module({ providers: [EnvironmentsResolver] })
export class EnvironmentsModule {}
