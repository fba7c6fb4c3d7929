'use client';
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { Tooltip } from 'radix-ui';
import { type ReactNode, useState } from 'react';
import { Toaster } from 'sonner';
import { ApiError } from '../../graphql/api-error';
import { viewerKey } from '../session/use-viewer';
import { useTheme } from './theme';

const SIGNED_OUT = ['auth.required', 'auth.session_expired'];

function createClient(): QueryClient {
  const onError = (error: unknown) => {
    // The shell sees that nobody is signed in any more and offers to sign in again.
    if (error instanceof ApiError && SIGNED_OUT.includes(error.code)) client.setQueryData(viewerKey, null);
  };
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        // Only what may heal by itself is tried again.
        retry: (failures, error) => failures < 2 && error instanceof ApiError && error.code === 'internal',
      },
    },
  });
  return client;
}

export function Providers({ children }: { children: ReactNode }) {
  const [client] = useState(createClient);
  const [theme] = useTheme();
  return (
    <QueryClientProvider client={client}>
      <Tooltip.Provider delayDuration={300}>{children}</Tooltip.Provider>
      <Toaster theme={theme} position="bottom-left" />
    </QueryClientProvider>
  );
}
