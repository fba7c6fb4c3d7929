import { Module } from '@nestjs/common';
import { SigningModule } from '../policy/signing.module.js';
import { KeysController } from './keys.controller.js';
import { ReportsResolver } from './reports.resolver.js';

/** The api's part of reports: asking for them and handing them out. */
@Module({ imports: [SigningModule], controllers: [KeysController], providers: [ReportsResolver] })
export class ReportsModule {}
