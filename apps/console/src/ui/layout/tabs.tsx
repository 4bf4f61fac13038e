import { Tab, TabList, TabPanel, TabProvider } from '@gravity-ui/uikit';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Search } from '../../app/top-bar/search.ts';

export interface TabItem {
  readonly id: string;
  readonly title: string;
  readonly content: () => ReactNode;
}

/** Which one is open stands in the address. */
export function Tabs({ items, label }: { items: readonly TabItem[]; label: string }) {
  const { tab } = useSearch({ from: '__root__' });
  const navigate = useNavigate();
  const open = items.find(({ id }) => id === tab) ?? items[0];
  const choose = (id: string) =>
    void navigate({
      to: '.',
      search: ({ folder }: Search) => ({ folder, tab: id === items[0]?.id ? undefined : id }),
    });
  if (!open) return null;
  return (
    <TabProvider value={open.id} onUpdate={choose}>
      <TabList aria-label={label} className="tabs">
        {items.map(({ id, title }) => (
          <Tab key={id} value={id}>
            {title}
          </Tab>
        ))}
      </TabList>
      <TabPanel value={open.id} className="tabs__panel">
        {open.content()}
      </TabPanel>
    </TabProvider>
  );
}
