"""What changed on a FHIR server is brought in every hour, by Airflow: put this file into its folder of DAGs, and change the sources."""

from datetime import UTC, datetime, timedelta

from airflow import DAG

try:
    from airflow.providers.standard.operators.bash import BashOperator
except ImportError:  # Airflow 2
    from airflow.operators.bash import BashOperator

COMMAND = "/opt/commissure/.venv/bin/commissure watch https://ehr.example/fhir /srv/exports --dataset study --once"
ENVIRONMENT = {
    "COMMISSURE_DATA": "/var/lib/commissure",
    "COMMISSURE_PULL_CLIENT_ID": "commissure",
    "COMMISSURE_PULL_KEY": "/etc/commissure/key.pem",
}

with DAG(
    dag_id="commissure_watch",
    description="Bring in what changed",
    schedule=timedelta(hours=1),
    start_date=datetime(2024, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 3, "retry_delay": timedelta(minutes=5), "retry_exponential_backoff": True},
) as dag:
    # 3: done, but some records were rejected; they are on the data page.
    BashOperator(
        task_id="watch",
        bash_command=f"{COMMAND} || test $? -eq 3",
        env=ENVIRONMENT,
        append_env=True,
    )
