import { Module } from '@nestjs/common';
import { PeopleResolver } from './people.resolver.js';
import { SignIn } from './sign-in.js';

@Module({ providers: [PeopleResolver, SignIn], exports: [SignIn] })
export class PeopleModule {}
