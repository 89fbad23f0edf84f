/** Starts the interface in the page. */
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Button } from 'react-aria-components';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');
createRoot(root).render(
  <StrictMode>
    <Button>Kubehop</Button>
  </StrictMode>,
);
