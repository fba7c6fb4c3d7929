import { Module } from '@nestjs/common';
import { ReviewsResolver } from './reviews.resolver.js';

@Module({ providers: [ReviewsResolver] })
export class ReviewsModule {}
