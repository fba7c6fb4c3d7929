import { Injectable } from '@nestjs/common';
import { HandlesJob, type JobHandler } from '../jobs/registry.js';
import { RemindDueReviews } from './remind-due-reviews.js';

@Injectable()
@HandlesJob('access_review.remind')
export class RemindDueReviewsJob implements JobHandler<'access_review.remind'> {
  constructor(private readonly remind: RemindDueReviews) {}

  run(): Promise<void> {
    return this.remind.run();
  }
}
