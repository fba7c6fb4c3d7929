import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import type { Config } from './config.js';
import { ConfigModule } from './config.module.js';
import { EdgeFilter } from './errors/edge.filter.js';
import { graphqlModule } from './graphql/graphql.module.js';
import { HealthController } from './health.controller.js';
import { TenancyModule } from './tenancy/tenancy.module.js';

/** The features of the api, wired. Nothing else happens here. */
@Module({})
export class AppModule {
  static with(config: Config): DynamicModule {
    return {
      module: AppModule,
      imports: [ConfigModule.with(config), TenancyModule, graphqlModule],
      controllers: [HealthController],
      providers: [{ provide: APP_FILTER, useClass: EdgeFilter }],
    };
  }
}
