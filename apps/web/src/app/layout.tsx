import type { Metadata, Viewport } from 'next';
import { headers } from 'next/headers';
import type { ReactNode } from 'react';
import { Providers } from '../features/shell/providers';
import './globals.css';

export const metadata: Metadata = {
  title: { default: 'Postern', template: '%s · Postern' },
  description: 'Access governance for PostgreSQL.',
  robots: 'noindex',
  icons: '/icon.svg',
};

export const viewport: Viewport = { colorScheme: 'light dark' };

export default async function RootLayout({ children }: { children: ReactNode }) {
  const nonce = (await headers()).get('x-nonce') ?? undefined;
  return (
    // `theme.js` sets data-theme before React starts.
    <html lang="en" suppressHydrationWarning>
      <head>
        {/* Not deferred: it must run before the first paint. */}
        <script src="/theme.js" nonce={nonce} />
      </head>
      <body>
        <Providers>{children}</Providers>
      </body>
    </html>
  );
}
