import type { Metadata } from 'next';
import { ReviewsPage } from '../../../features/access-reviews/reviews-page';

export const metadata: Metadata = { title: 'Access reviews' };

export default function Page() {
  return <ReviewsPage />;
}
