import { Module } from '@nestjs/common';
import { DatabasePasswordsResolver } from './database-passwords.resolver.js';

@Module({ providers: [DatabasePasswordsResolver] })
export class DatabasePasswordsModule {}
