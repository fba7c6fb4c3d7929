import { Module } from '@nestjs/common';
import { SigningKey } from './signing-key.js';

@Module({ providers: [SigningKey], exports: [SigningKey] })
export class SigningModule {}
