import { Module } from '@nestjs/common';
import { RemindDueReviewsJob } from './remind-due-reviews.job.js';
import { RemindDueReviews } from './remind-due-reviews.js';

/** The worker's part of access reviews. */
@Module({ providers: [RemindDueReviews, RemindDueReviewsJob] })
export class ReviewRemindersModule {}
