import { Component, type ReactNode } from 'react';
import { Button } from '../ui/button';
import { Icon } from '../ui/icon';
import { Notice } from '../ui/notice';

/** A fault of the page itself: said, not a white window. What was typed is in the browser's storage. */
export class Broken extends Component<{ readonly children: ReactNode }, { readonly isBroken: boolean }> {
  override state = { isBroken: false };

  static getDerivedStateFromError() {
    return { isBroken: true };
  }

  override render() {
    if (!this.state.isBroken) return this.props.children;
    return (
      <main className="grid h-full place-items-center">
        <Notice icon="alert" title="This page broke" role="alert">
          <p className="text-muted">
            That is a fault of the console, not of your database. What you typed is kept: load the page again
            and go on.
          </p>
          <Button look="primary" onClick={() => window.location.reload()}>
            <Icon name="refresh" />
            Load it again
          </Button>
        </Notice>
      </main>
    );
  }
}
