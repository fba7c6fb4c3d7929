import axe from 'axe-core';
import type { Page } from 'playwright-core';

interface Violation {
  id: string;
  impact: string | null;
  nodes: { target: string[]; html: string }[];
}

/** What axe finds wrong with the page as it is, one line each; empty: nothing. */
export async function axeProblems(page: Page): Promise<string[]> {
  // What is being faded in has not its colours yet.
  await page.evaluate(() =>
    Promise.allSettled(
      document
        .getAnimations()
        .filter((animation) => animation.effect?.getTiming().iterations !== Number.POSITIVE_INFINITY)
        .map(({ finished }) => finished),
    ),
  );
  // From one page to the next there is a moment without a title; where it never comes, axe says so.
  for (let tries = 0; tries < 100 && (await page.title()) === ''; tries += 1) await page.waitForTimeout(50);
  await page.evaluate(axe.source);
  const violations = (await page.evaluate(
    'axe.run(document, { resultTypes: ["violations"] }).then((found) => found.violations)',
  )) as Violation[];
  return violations.flatMap(({ id, impact, nodes }) =>
    nodes.map(({ target, html }) => `${impact} ${id}: ${target.join(' ')}: ${html.slice(0, 160)}`),
  );
}
