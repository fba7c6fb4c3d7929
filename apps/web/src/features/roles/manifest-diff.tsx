'use client';
import { yaml } from '@codemirror/lang-yaml';
import { unifiedMergeView } from '@codemirror/merge';
import { EditorState } from '@codemirror/state';
import { EditorView, lineNumbers } from '@codemirror/view';
import { useEffect, useRef } from 'react';
import { theme } from './editor-theme';

/** What one version has that the other has not, line by line; long stretches that are the same are folded away. */
export default function ManifestDiff({ before, after }: { before: string | null; after: string }) {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (host.current === null) return;
    const view = new EditorView({
      parent: host.current,
      state: EditorState.create({
        doc: after,
        extensions: [
          lineNumbers(),
          yaml(),
          theme,
          EditorState.readOnly.of(true),
          EditorView.contentAttributes.of({ 'aria-label': 'Manifest, with its changes' }),
          ...(before === null
            ? []
            : [
                unifiedMergeView({
                  original: before,
                  mergeControls: false,
                  highlightChanges: false,
                  gutter: true,
                  collapseUnchanged: { margin: 3, minSize: 8 },
                }),
              ]),
        ],
      }),
    });
    return () => view.destroy();
  }, [before, after]);
  return (
    <>
      {before === after ? <p className="text-ink-2 px-3 py-2 text-sm">The two say the same.</p> : null}
      <div ref={host} className="max-h-[70vh] overflow-auto" />
    </>
  );
}
