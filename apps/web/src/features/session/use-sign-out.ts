'use client';
import { useMutation } from '@tanstack/react-query';
import { request } from '../../graphql/client';
import { signOutDocument } from './session.queries';

/** Ends the session and reloads, so that nothing of it stays in memory. `/authorize` comes back to itself. */
export function useSignOut() {
  return useMutation({
    mutationFn: () => request(signOutDocument, {}),
    onSuccess: () => {
      const { pathname, search } = window.location;
      window.location.assign(pathname === '/authorize' ? `${pathname}${search}` : '/sign-in');
    },
  });
}
