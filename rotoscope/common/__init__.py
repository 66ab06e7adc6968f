"""What both apps stand on, and the edges above them: it knows neither, and of the project only its own table."""
