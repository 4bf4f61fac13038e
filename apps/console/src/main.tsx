import '@gravity-ui/uikit/styles/styles.css';
import './app/app.css';
import './app/forced-colors.css';
import { createRoot } from 'react-dom/client';
import { App } from './app/app.tsx';
import { takeCode } from './screens/sign-in/code.ts';

// The code of a link leaves the address bar, and the history, before anything else happens.
const code = takeCode();
const root = document.getElementById('root');
if (!root) throw new Error('the page has no root');
createRoot(root).render(<App code={code} />);
