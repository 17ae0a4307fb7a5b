import './styles/base.css';
import './styles/parts.css';
import './styles/frame.css';
import './styles/sessions.css';
import './styles/session.css';
import './styles/tree.css';
import './styles/panel.css';
import './styles/values.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.js';
import { live } from './live.js';

live.start();
createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
