'use client';
import dynamic from 'next/dynamic';
import { Skeleton } from '../../ui/states';

/** Layout and manifest engine are loaded with the tab, not with the page. */
export const GraphTab = dynamic(() => import('./roles-graph'), {
  ssr: false,
  loading: () => <Skeleton className="h-64 w-full" />,
});
