"""The front door: settings, assembly of back ends, command line and WSGI entry."""
