import './zod-jitless';
import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { queryClient } from './api/queries';
import { App } from './app';
import { Broken } from './shell/broken';
import { SignedIn } from './shell/sign-in';
import { leaveSignedIn, SIGNED_IN_PATH } from './shell/signed-in';
import './styles.css';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');

const isSignInWindow = window.location.pathname === SIGNED_IN_PATH;
createRoot(root).render(
  <StrictMode>
    {isSignInWindow ? (
      <SignedIn />
    ) : (
      <QueryClientProvider client={queryClient}>
        <Broken>
          <App />
        </Broken>
      </QueryClientProvider>
    )}
  </StrictMode>,
);
if (isSignInWindow) leaveSignedIn();
