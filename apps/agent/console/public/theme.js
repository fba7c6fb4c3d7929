// Runs before the first paint, so that a dark screen never flashes white. A file of its own because the page's
// Content-Security-Policy allows no inline script. src/shell/theme.ts uses the same key and attribute.
(() => {
  let choice = 'system';
  try {
    choice = localStorage.getItem('postern.theme') || 'system';
  } catch {
    // Storage may be switched off: follow the system.
  }
  const dark =
    choice === 'dark' || (choice !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
})();
