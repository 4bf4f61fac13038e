/** Single keys: `/` search, `g` and a letter to a section, `j` and `k` in lists, `?` for all of them. */
import { useNavigate } from '@tanstack/react-router';
import { useEffect } from 'react';
import { usePreferences } from './preferences.ts';
import { sections } from './sections.ts';

/** The second key must follow within so many ms. */
const sequenceMs = 1500;

export const searchFieldId = 'search';

export function useShortcuts(showHelp: () => void): void {
  const { hasShortcuts } = usePreferences();
  const navigate = useNavigate();
  useEffect(() => {
    let goAt = 0;
    const onKey = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key === 'k') {
        event.preventDefault();
        document.getElementById(searchFieldId)?.focus();
        return;
      }
      if (!hasShortcuts || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      const section =
        event.timeStamp - goAt < sequenceMs ? sections.find(({ key }) => key === event.key) : undefined;
      goAt = 0;
      if (section) void navigate({ to: section.to });
      else if (event.key === 'g') goAt = event.timeStamp;
      else if (event.key === '?') showHelp();
      else if (event.key === 'j') moveInList(1);
      else if (event.key === 'k') moveInList(-1);
      else if (event.key === '/') document.getElementById(searchFieldId)?.focus();
      else return;
      event.preventDefault();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [hasShortcuts, navigate, showHelp]);
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    target.closest('input, textarea, select, [contenteditable], [role=dialog]') !== null
  );
}

/** From the link of one row to that of the next. */
function moveInList(by: 1 | -1): void {
  const links = [...document.querySelectorAll<HTMLElement>('main .table tbody tr a')].filter(
    (link, at, all) => all[at - 1]?.closest('tr') !== link.closest('tr'),
  );
  const row = document.activeElement?.closest('tr');
  const at = links.findIndex((link) => link.closest('tr') === row);
  links[at === -1 ? 0 : at + by]?.focus();
}
