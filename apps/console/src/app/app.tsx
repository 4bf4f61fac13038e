import { ThemeProvider, Toaster, ToasterComponent, ToasterProvider } from '@gravity-ui/uikit';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { useState } from 'react';
import { createQueryClient } from '../api/query-client.ts';
import { sessionKey } from '../api/session.ts';
import { TextsProvider } from '../i18n/texts.tsx';
import { SignInGate } from '../screens/sign-in/gate.tsx';
import { usePreferences } from './preferences.ts';
import { createAppRouter } from './router.tsx';
import { useMediaQuery } from './use-media-query.ts';

const queryClient = createQueryClient(() => queryClient.setQueryData(sessionKey, null));
const router = createAppRouter();
const toaster = new Toaster();

/** `code`: of the sign-in link that the page was opened with. */
export function App({ code }: { code: string | undefined }) {
  const { theme, language } = usePreferences();
  const wantsContrast = useMediaQuery('(prefers-contrast: more)');
  const [unused, setUnused] = useState(code);
  return (
    <ThemeProvider
      theme={theme}
      systemLightTheme={wantsContrast ? 'light-hc' : 'light'}
      systemDarkTheme={wantsContrast ? 'dark-hc' : 'dark'}
    >
      <TextsProvider language={language}>
        <QueryClientProvider client={queryClient}>
          <ToasterProvider toaster={toaster}>
            <SignInGate code={unused} onCodeUsed={() => setUnused(undefined)}>
              <RouterProvider router={router} />
            </SignInGate>
            <ToasterComponent />
          </ToasterProvider>
        </QueryClientProvider>
      </TextsProvider>
    </ThemeProvider>
  );
}
