import { type CompletionContext, type CompletionSource, snippetCompletion } from '@codemirror/autocomplete';
import type { Snippet } from './own-snippets';

const BUILT_IN: readonly Snippet[] = [
  ['sel', 'select #{*}\nfrom #{table}\nwhere #{condition}\nlimit #{100};', 'rows of a table'],
  ['cnt', 'select #{column}, count(*)\nfrom #{table}\ngroup by 1\norder by 2 desc;', 'how often each value'],
  [
    'dup',
    'select #{column}, count(*)\nfrom #{table}\ngroup by 1\nhaving count(*) > 1;',
    'values that occur twice',
  ],
  ['ins', 'insert into #{table} (#{columns})\nvalues (#{values});', 'a new row'],
  ['upd', 'update #{table}\nset #{column} = #{value}\nwhere #{condition};', 'change rows'],
  ['del', 'delete from #{table}\nwhere #{condition};', 'delete rows'],
  ['cte', 'with #{name} as (\n  #{select}\n)\nselect * from #{name};', 'a query with a name'],
  ['cas', 'case when #{condition} then #{value} else #{other} end', 'a choice'],
  ['win', '#{row_number()} over (partition by #{column} order by #{column})', 'a window function'],
  ['tx', 'begin;\n#{statement};\ncommit;', 'a transaction'],
].map(([name = '', text = '', about = '']) => ({ name, text, about }));

/** Snippets by the beginning of their name; one's own stand before those that are always there. */
export function snippets(own: () => readonly Snippet[]): CompletionSource {
  return (context: CompletionContext) => {
    const word = context.matchBefore(/[\w-]+$/);
    if (word === null) return null;
    const mine = own();
    const names = new Set(mine.map(({ name }) => name));
    const all = [...mine, ...BUILT_IN.filter(({ name }) => !names.has(name))];
    const options = all.map(({ name, text, about }, at) =>
      snippetCompletion(text, {
        label: name,
        detail: about,
        type: 'text',
        boost: at < mine.length ? 20 : 10,
      }),
    );
    return { from: word.from, options, validFor: /^[\w-]*$/ };
  };
}
